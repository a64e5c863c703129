/** The globe and what is drawn on it. With MapLibre, by far the largest part of the page: to be imported when the page is there. */
import { type LatLng, type PlaceDistribution, toLatLng, type Vec3 } from "@geodrift/core";
import type { Feature, LineString, Position } from "geojson";
import {
  type GeoJSONSource,
  Map as GlobeMap,
  type MapMouseEvent,
  Marker,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { nameFeatures } from "../places/names.js";
import { t } from "../texts/language.svelte.js";
import type { Units } from "../words.js";
import { baseStyle, fineZoom, type Look, outlines } from "./basemap.js";
import { densityTiles } from "./density-tiles.js";
import { lowestNames, namesSource } from "./name-layers.js";
import { unwrapped } from "./unwrapped.js";

setWorkerUrl(workerUrl);

/** Which layers are to be seen. */
export interface Layers {
  density: boolean;
  samples: boolean;
  trajectories: boolean;
}

/** A density that is drawn, with samples: unit vectors [n, 3]. */
export interface Shown {
  distribution: PlaceDistribution;
  samples: Float64Array;
}

/** What is to be seen: a circle, or the whole globe from there. */
export interface Focus extends LatLng {
  /** Of the circle, km. */
  radiusKm: number | "globe";
}

/** A mark at a place, degrees. */
export interface Mark extends LatLng {
  /** What a person reads beside it. */
  text: string;
  kind: "best" | "mode" | "truth" | "pin" | "model" | "neighbour" | "found";
}

/** How the globe looks. */
export interface GlobeOptions extends Look {
  /** What a screen reader calls it. */
  label: string;
}

/** What others ask of a map, round or flat. */
export type Middle = Pick<Globe, "centre" | "flyTo">;

/** Regions whose outlines are drawn, with the width of their lines. */
const outlined = [
  [0.95, 1],
  [0.9, 1.4],
  [0.5, 2],
] as const;

/** Whose maps and names these are. */
const sources = "NASA Blue Marble · Natural Earth · GeoNames (CC BY 4.0)";

const nothing = { type: "FeatureCollection", features: [] } as const;
const blue = "#56b4e9";
const yellow = "#f0e442";

/** The globe: a map with densities, points, ways, a region and marks on it. */
export class Globe {
  readonly map: GlobeMap;
  private shown: Shown | undefined;
  private forget: (() => void) | undefined;
  private layers: Layers = { density: true, samples: true, trajectories: false };
  private markers: Marker[] = [];
  private marks: readonly Mark[] = [];
  private points: Feature | typeof nothing = nothing;
  private ways: Feature[] = [];
  private dashed: Position[][] = [];
  /** Has it been looked at from near? */
  private fine = false;
  private readonly scale = new ScaleControl({ maxWidth: 120 });

  constructor(
    container: HTMLElement,
    private options: GlobeOptions,
  ) {
    this.map = new GlobeMap({
      container,
      style: baseStyle(options, this.fine),
      center: [10, 20],
      zoom: wholeZoom(container) + towardsPole(20),
      minZoom: -3,
      maxZoom: 12,
      attributionControl: { compact: true, customAttribution: sources },
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      locale: { "Map.Title": options.label },
    });
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(this.scale, "bottom-right");
    this.map.on("style.load", () => this.draw());
    this.map.on("zoom", () => this.refine());
  }

  /** The map as it is seen now, without its marks, as the address of a picture; what it was drawn with the browser has thrown away. */
  picture(): string {
    this.map.redraw();
    return this.map.getCanvas().toDataURL("image/jpeg", 0.9);
  }

  /** Tells the place, in degrees, of every click or move on the globe. */
  on(event: "click" | "mousemove", tell: (place: LatLng) => void): void {
    this.map.on(event, (e: MapMouseEvent) => {
      const { lat, lng } = e.lngLat.wrap();
      if (Number.isFinite(lat) && Math.abs(lat) <= 90) tell({ lat, lng });
    });
  }

  /** Changes how the globe looks; what is drawn stays. */
  look(look: Look): void {
    const { options } = this;
    const isSame = (["theme", "base", "detail", "names", "language"] as const).every(
      (key) => look[key] === options[key],
    );
    if (isSame) return;
    this.options = { ...options, ...look };
    this.map.setStyle(baseStyle(look, this.fine), { diff: false });
  }

  /** What a screen reader calls the globe and its buttons, in the language that is spoken now. */
  relabel(label: string): void {
    const told = {
      ".maplibregl-canvas": label,
      ".maplibregl-ctrl-zoom-in": t("globe.zoomIn"),
      ".maplibregl-ctrl-zoom-out": t("globe.zoomOut"),
      ".maplibregl-ctrl-attrib-button": t("globe.attribution"),
    };
    for (const [selector, text] of Object.entries(told)) {
      const element = this.map.getContainer().querySelector<HTMLElement>(selector);
      element?.setAttribute("aria-label", text);
      if (element?.title) element.title = text;
    }
  }

  /** What the scale is told in. */
  setUnits(units: Units): void {
    this.scale.setUnit(units === "km" ? "metric" : "imperial");
  }

  /** From near, outlines are finer. */
  private refine(): void {
    if (this.fine || this.map.getZoom() < fineZoom) return;
    this.fine = true;
    for (const [id, data] of Object.entries(outlines(this.options.base, true))) this.source(id)?.setData(data);
    void this.writeNames();
  }

  /** Names are not worth an error: a map that has none is a map. */
  private async writeNames(): Promise<void> {
    const { fine } = this;
    const features = this.options.names ? await nameFeatures(fine).catch(() => undefined) : undefined;
    if (features && fine === this.fine) this.source(namesSource)?.setData(features);
  }

  /** Draws a density with the outlines of its regions of 50, 90 and 95 %, in place of the one before. */
  show(shown: Shown | undefined): void {
    this.shown = shown;
    if (this.map.isStyleLoaded() || this.map.getSource("points")) this.drawDensity();
  }

  /** Shows and hides layers. */
  setLayers(layers: Layers): void {
    this.layers = layers;
    for (const [id, visible] of [
      ["density", layers.density],
      ["outlines", layers.density],
      ["points", layers.samples],
      ["ways", layers.trajectories],
    ] as const)
      if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", visible ? "visible" : "none");
  }

  /**
   * Draws points.
   * @param flat longitude, latitude, longitude, … in degrees
   */
  setPoints(flat: readonly number[]): void {
    const coordinates: Position[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) coordinates.push([flat[i], flat[i + 1]]);
    this.points = { type: "Feature", properties: {}, geometry: { type: "MultiPoint", coordinates } };
    this.source("points")?.setData(this.points);
  }

  /**
   * Draws the ways of points through all steps, the first 128.
   * @param steps the points at each, as `setPoints` takes them
   */
  setWays(steps: readonly (readonly number[])[]): void {
    const most = 128;
    const count = Math.min(most, (steps[0]?.length ?? 0) / 2);
    this.ways = Array.from({ length: count }, (_, i): Feature<LineString> => {
      const coordinates = unwrapped(steps.map((flat) => [flat[2 * i], flat[2 * i + 1]]));
      return { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } };
    });
    this.source("ways")?.setData({ type: "FeatureCollection", features: this.ways });
  }

  /**
   * Draws what a person marks: the outline of a region, what is measured.
   * @param lines [longitude, latitude] in degrees, from point to point
   */
  setDashed(lines: readonly (readonly Position[])[]): void {
    this.dashed = lines.map(unwrapped);
    this.source("dashed")?.setData(this.dashedFeature());
  }

  /** Draws marks in place of those before. */
  setMarks(marks: readonly Mark[]): void {
    this.marks = marks;
    for (const m of this.markers) m.remove();
    this.markers = marks.map(({ lat, lng, text, kind }) => {
      const element = document.createElement("div");
      element.className = `mark ${kind}`;
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", text);
      if (kind !== "neighbour") {
        const label = document.createElement("span");
        label.textContent = text;
        element.append(label);
      } else element.title = text;
      return new Marker({ element, opacityWhenCovered: "0" }).setLngLat([lng, lat]).addTo(this.map);
    });
  }

  /** Moves to what is to be seen; without motion where a person wants none. */
  flyTo({ lat, lng, radiusKm }: Focus): void {
    const whole = wholeZoom(this.map.getContainer());
    const zoom = radiusKm === "globe" ? whole : Math.max(whole, Math.min(7, Math.log2(9000 / Math.max(20, radiusKm))));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const at = { center: [lng, lat], zoom: zoom + towardsPole(lat) };
    this.map[still ? "jumpTo" : "flyTo"]({ ...at, ...(!still && { duration: 1200 }) } as never);
  }

  /** The place in the middle of the map, degrees. */
  get centre(): LatLng {
    const { lat, lng } = this.map.getCenter().wrap();
    return { lat, lng };
  }

  /** Takes the map off the page. */
  remove(): void {
    this.forget?.();
    this.map.remove();
  }

  /** What lines are seen in on the map as it is. */
  private get ink(): string {
    const { theme, base } = this.options;
    return base === "plain" && theme === "light" ? "#15202b" : "#ffffff";
  }

  private source(id: string): GeoJSONSource | undefined {
    return this.map.getSource(id);
  }

  private dashedFeature(): Feature {
    return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: this.dashed } };
  }

  /** Everything of ours, after a new style has thrown it away. */
  private draw(): void {
    const add = (id: string, data: unknown) => {
      if (!this.map.getSource(id)) this.map.addSource(id, { type: "geojson", data: data as never });
    };
    add("ways", { type: "FeatureCollection", features: this.ways });
    add("points", this.points);
    add("dashed", this.dashedFeature());
    void this.writeNames();
    const above = (layer: Parameters<GlobeMap["addLayer"]>[0]) => this.map.addLayer(layer, lowestNames);
    above({
      id: "ways",
      type: "line",
      source: "ways",
      paint: { "line-color": yellow, "line-width": 0.8, "line-opacity": 0.55 },
    });
    above({
      id: "points",
      type: "circle",
      source: "points",
      paint: {
        "circle-radius": 3,
        "circle-color": blue,
        "circle-opacity": 0.85,
        "circle-stroke-color": "#0b1b2b",
        "circle-stroke-width": 0.8,
      },
    });
    above({
      id: "dashed",
      type: "line",
      source: "dashed",
      paint: { "line-color": yellow, "line-width": 2, "line-dasharray": [2, 1] },
    });
    this.drawDensity();
    this.setLayers(this.layers);
    this.setMarks(this.marks);
  }

  private drawDensity(): void {
    for (const id of ["density", "outlines"]) {
      if (this.map.getLayer(id)) this.map.removeLayer(id);
      if (this.map.getSource(id)) this.map.removeSource(id);
    }
    this.forget?.();
    this.forget = undefined;
    if (!this.shown) return;
    const { distribution, samples } = this.shown;
    const { tiles, forget } = densityTiles(distribution, samples);
    this.forget = forget;
    this.map.addSource("density", { type: "raster", tiles, tileSize: 256, maxzoom: 9 });
    const below = this.map.getLayer("ways") ? "ways" : lowestNames;
    this.map.addLayer(
      { id: "density", type: "raster", source: "density", paint: { "raster-fade-duration": 0 } },
      below,
    );
    const features = outlined.flatMap(([mass, width]): Feature[] => {
      const rings = distribution.outlines?.(mass) ?? [];
      const coordinates = rings.map((ring) => unwrapped(ring.map(toPosition)));
      return [{ type: "Feature", properties: { width }, geometry: { type: "MultiLineString", coordinates } }];
    });
    this.map.addSource("outlines", { type: "geojson", data: { type: "FeatureCollection", features } });
    this.map.addLayer(
      {
        id: "outlines",
        type: "line",
        source: "outlines",
        paint: { "line-color": this.ink, "line-width": ["get", "width"], "line-opacity": 0.9 },
      },
      below,
    );
    this.setLayers(this.layers);
  }
}

/**
 * What a zoom loses on the way to a pole, where MapLibre draws the same globe larger, as maps do: by 1/cos φ. Not to the very pole.
 * @param lat degrees
 */
const towardsPole = (lat: number): number => Math.log2(Math.cos((Math.min(85, Math.abs(lat)) * Math.PI) / 180));

/** Zoom at which the globe just fits, looked at above the equator: at zoom 0 it is 138 pixels wide. */
const wholeZoom = ({ clientWidth, clientHeight }: HTMLElement): number =>
  Math.max(0, Math.log2((0.85 * Math.min(clientWidth, clientHeight)) / 138));

const toPosition = (x: Vec3): Position => {
  const { lat, lng } = toLatLng(x);
  return [lng, lat];
};
