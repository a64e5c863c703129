/** All pictures of an archive on the globe: near ones in clusters, each in the colour of who says most of its places. */
import { distanceKm } from "@geodrift/core";
import type { PicturePlaces, PlaceSource } from "geodrift/contract";
import type { ExpressionSpecification, GeoJSONSource, MapMouseEvent } from "maplibre-gl";
import { Globe, type GlobeOptions } from "./globe.js";
import { lowestNames } from "./name-layers.js";
import { placeColours } from "./place-colours.js";

const kinds = Object.keys(placeColours) as PlaceSource[];
const source = "pictures";

/** Wide enough that two clusters do not lie on each other, pixels. */
const clusterRadius = 42;

/** From this zoom on pictures stand by themselves. */
const singleZoom = 11;

/** Pictures of a cluster that are told. */
const mostPicked = 1000;

/** Farther from its middle the globe hides what lies on it. */
const limbKm = 8600;

/** Of a cluster with several kinds, the one with most pictures. */
const colourOfMost = [
  "case",
  ...kinds.flatMap((kind) => [["==", ["get", kind], ["max", ...kinds.map((k) => ["get", k])]], placeColours[kind]]),
  placeColours.file,
] as never as ExpressionSpecification;

/** The globe with the pictures of an archive. */
export class ArchiveMap {
  readonly globe: Globe;
  private data: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

  constructor(container: HTMLElement, options: GlobeOptions) {
    this.globe = new Globe(container, options);
    this.globe.map.on("style.load", () => this.draw());
  }

  /** Draws pictures in place of those before. */
  setPlaces({ ids, lat, lng, by }: PicturePlaces): void {
    this.data = {
      type: "FeatureCollection",
      features: ids.map((id, i) => ({
        type: "Feature",
        properties: { id, by: by[i] },
        geometry: { type: "Point", coordinates: [lng[i], lat[i]] },
      })),
    };
    this.globe.map.getSource<GeoJSONSource>(source)?.setData(this.data);
  }

  /** Tells the numbers of the pictures under a click, of a cluster the first thousand, and whether there are more. */
  onPick(tell: (ids: number[], more: boolean) => void): void {
    const { map } = this.globe;
    map.on("click", async ({ point }: MapMouseEvent) => {
      const layers = ["clusters", "singles"].filter((id) => map.getLayer(id));
      const [hit] = map.queryRenderedFeatures(point, { layers });
      if (!hit) return;
      const clusters = map.getSource<GeoJSONSource>(source);
      if (!hit.properties.cluster || !clusters) return tell([Number(hit.properties.id)], false);
      const leaves = await clusters.getClusterLeaves(Number(hit.properties.cluster_id), mostPicked, 0);
      const ids = leaves.map((leaf) => Number(leaf.properties?.id));
      tell(ids, Number(hit.properties.point_count) > mostPicked);
    });
    for (const layer of ["clusters", "singles"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
  }

  /** Is a place within what is to be seen? Degrees. */
  get holds(): (lat: number, lng: number) => boolean {
    const { map } = this.globe;
    const bounds = map.getBounds();
    const centre = map.getCenter();
    return (lat, lng) =>
      bounds.contains([lng + 360 * Math.round((centre.lng - lng) / 360), lat]) &&
      distanceKm(centre, { lat, lng }) < limbKm;
  }

  /** Takes the map off the page. */
  remove(): void {
    this.globe.remove();
  }

  private draw(): void {
    const { map } = this.globe;
    const count = (kind: PlaceSource): ExpressionSpecification => ["+", ["case", ["==", ["get", "by"], kind], 1, 0]];
    map.addSource(source, {
      type: "geojson",
      data: this.data,
      cluster: true,
      clusterRadius,
      clusterMaxZoom: singleZoom,
      clusterProperties: Object.fromEntries(kinds.map((kind) => [kind, count(kind)])),
    });
    map.addLayer({
      id: "clusters",
      type: "circle",
      source,
      filter: ["has", "point_count"],
      paint: {
        "circle-color": colourOfMost,
        "circle-radius": ["interpolate", ["linear"], ["log10", ["get", "point_count"]], 0, 11, 5, 30],
        "circle-stroke-color": "#0b1b2b",
        "circle-stroke-width": 1.5,
      },
    });
    map.addLayer(
      {
        id: "singles",
        type: "circle",
        source,
        filter: ["!", ["has", "point_count"]],
        paint: {
          "circle-color": [
            "match",
            ["get", "by"],
            ...kinds.flatMap((kind) => [kind, placeColours[kind]]),
            placeColours.file,
          ] as never,
          "circle-radius": 7,
          "circle-stroke-color": "#0b1b2b",
          "circle-stroke-width": 1.5,
        },
      },
      lowestNames,
    );
    map.addLayer({
      id: "cluster-counts",
      type: "symbol",
      source,
      filter: ["has", "point_count"],
      layout: {
        "text-field": ["get", "point_count_abbreviated"],
        "text-font": ["sans-serif"],
        "text-size": 12,
        "text-allow-overlap": true,
      },
      paint: { "text-color": "#0b1b2b" },
    });
  }
}
