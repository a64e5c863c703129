/**
 * Photographs of a landmark as tourists take them, made: one camera, one light, one sky each, for ever. Every one is a function of the
 * seed and its index, and its truth is known.
 */
import { fullTurn, Generator, horizonRow, type LatLng, type UprightCamera, usualFill } from "@geodrift/core";
import type { Picture } from "../pictures/picture.js";
import { faraway, nearby, plainCaption, sideSeen, sides, type Weather, withPeople } from "./captions.js";
import type { Landmark, LandmarkShape } from "./landmark.js";
import { rasterise, type Seen } from "./rasterise.js";

/** Azimuths of cameras: as tourists stand, mostly in front, or evenly around. */
export type Azimuths = "tourist" | "uniform";

/** How photographs are made. */
export interface PhotographOptions {
  seed: number;
  /** Where tourists stand; what is held out is photographed evenly from all round. */
  azimuths: Azimuths;
}

/** The light of a photograph, and what is behind. */
export interface Light {
  /** Sun's azimuth and altitude, degrees; none of an overcast sky. */
  sun?: { azimuth: number; altitude: number };
  exposure: number;
  /** sRGB, 0…1: at the top, at the horizon, and the ground. */
  sky: readonly [top: Colour, horizon: Colour];
  ground: Colour;
  weather: Weather;
}

type Colour = readonly [number, number, number];

/** What is known of a photograph. */
export interface Shot {
  camera: UprightCamera;
  /** Share of the picture's side that the landmark's greatest extent fills. */
  fill: number;
  light: Light;
  /** Where the camera stands, degrees. */
  place: LatLng;
  /** What its GPS says, degrees. */
  gps: LatLng;
  /** How high above the sea its GPS says, metres, of landmarks whose altitude is known. */
  gpsAltitude?: number;
  /** A caption that tells some of it. */
  caption: string;
  /** People in front. */
  people: readonly Capsule[];
}

/** Somebody in front, in sides of the picture, from the left and from the top. */
interface Capsule {
  x: number;
  top: number;
  width: number;
  height: number;
  colour: Colour;
}

/** Focal lengths of cameras for 24 mm of film, mm: telephones, and three usual lenses. */
export const focalLengths = [26, 35, 50, 77] as const;
/** Millimetres of film that a square picture is as high as. */
export const filmMm = 24;

const degrees = 180 / Math.PI;
/** Metres of a degree of latitude. */
const metresPerDegree = 111_195;

/** The greatest extent of a shape, metres: across, or upwards. */
export const shapeExtent = ({ heightM, radiusM }: LandmarkShape): number => Math.max(heightM, 2 * radiusM);

/** An angle of a von Mises distribution, degrees (Best & Fisher 1979). */
function vonMises(mean: number, kappa: number, random: Generator): number {
  const tau = 1 + Math.sqrt(1 + 4 * kappa * kappa);
  const rho = (tau - Math.sqrt(2 * tau)) / (2 * kappa);
  const r = (1 + rho * rho) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * random.uniform());
    const f = (1 + r * z) / (r + z);
    const c = kappa * (r - f);
    const u = random.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 - c >= 0) {
      const angle = Math.acos(f) * degrees;
      return mean + (random.uniform() < 0.5 ? angle : -angle);
    }
  }
}

/** How many times as far off GPS is upwards as it is to either side. */
const upwards = 1.5;

/** Share of tourists who stand in front, and how closely. */
const [inFront, concentration] = [0.6, 2];
/** Shares of the picture that the landmark fills. */
const fills = [0.55, 0.95] as const;

/** Where photograph `i` is taken from, in which light, what it is said to show. */
export function shotAt(landmark: Landmark, shape: LandmarkShape, options: PhotographOptions, i: number): Shot {
  const random = new Generator(options.seed, i);
  const { facing, photographs } = landmark;
  const azimuth = fullTurn(
    options.azimuths === "tourist" && random.uniform() < inFront
      ? vonMises(facing, concentration, random)
      : random.uniform(0, 360),
  );
  const focal = focalLengths[random.integer(focalLengths.length)] / filmMm;
  const extent = shapeExtent(shape);
  const distance = photographs.distanceM
    ? random.uniform(...photographs.distanceM)
    : (extent * focal) / random.uniform(...fills);
  const height = heightOf(landmark, shape, distance, random);
  // Whoever cannot go nearer takes another lens.
  const lens = photographs.distanceM ? (random.uniform(...fills) * distance) / extent : focal;
  const shift = [0.04 * random.normal(), 0.04 * random.normal()] as const;
  const camera: UprightCamera = { azimuth, distance, height, focal: lens, shift };
  const place = moved(landmark.place, distance * Math.sin(azimuth / degrees), distance * Math.cos(azimuth / degrees));
  const { gpsM } = photographs;
  const gps = moved(place, gpsM * random.normal(), gpsM * random.normal());
  const light = lightOf(random);
  const people = random.uniform() < 0.3 ? Array.from({ length: 1 + random.integer(3) }, () => personOf(random)) : [];
  const fill = (extent * lens) / distance;
  const caption = captionOf(landmark, { azimuth, fill, light, people }, random);
  const { altitudeM } = landmark;
  const gpsAltitude = altitudeM !== undefined && {
    // In tenths of metres, and not below the sea, which the writer of EXIF does not know.
    gpsAltitude: Math.max(
      0,
      Math.round(10 * (altitudeM + shape.heightM / 2 + height + upwards * gpsM * random.normal())) / 10,
    ),
  };
  return { camera, fill, light, place, gps, ...gpsAltitude, people, caption };
}

/** Height of a camera above the landmark's centre, metres. */
function heightOf({ photographs }: Landmark, { heightM }: LandmarkShape, distance: number, random: Generator): number {
  if (photographs.elevation) return distance * Math.tan(random.uniform(...photographs.elevation) / degrees);
  // From higher ground, up to 15° above the centre.
  if (random.uniform() < 0.15) return distance * Math.tan(random.uniform(-8, 15) / degrees);
  const eye = random.uniform(Math.min(1.6, heightM / 8), Math.min(12, heightM / 4));
  return eye - heightM / 2;
}

const moved = ({ lat, lng }: LatLng, eastM: number, northM: number): LatLng => ({
  lat: lat + northM / metresPerDegree,
  lng: fullTurn(lng + eastM / (metresPerDegree * Math.cos(lat / degrees)) + 180) - 180,
});

const mixed = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + t * (b[0] - a[0]),
  a[1] + t * (b[1] - a[1]),
  a[2] + t * (b[2] - a[2]),
];

/** Top, horizon and share of the sun by weather. */
const skies: Record<Weather, readonly [top: Colour, horizon: Colour]> = {
  sunny: [
    [0.25, 0.47, 0.78],
    [0.72, 0.83, 0.94],
  ],
  overcast: [
    [0.62, 0.65, 0.69],
    [0.8, 0.82, 0.84],
  ],
  dusk: [
    [0.16, 0.17, 0.36],
    [0.86, 0.52, 0.36],
  ],
  fog: [
    [0.8, 0.81, 0.83],
    [0.86, 0.87, 0.88],
  ],
};
const grounds: readonly [Colour, Colour] = [
  [0.28, 0.36, 0.2],
  [0.6, 0.56, 0.5],
];

function lightOf(random: Generator): Light {
  const u = random.uniform();
  const weather: Weather = u < 0.55 ? "sunny" : u < 0.8 ? "overcast" : u < 0.92 ? "dusk" : "fog";
  const [top, horizon] = skies[weather].map(
    (colour) => colour.map((v) => Math.min(1, Math.max(0, v + 0.05 * random.normal()))) as unknown as Colour,
  );
  const sun = {
    azimuth: random.uniform(0, 360),
    altitude: weather === "dusk" ? random.uniform(4, 15) : random.uniform(15, 65),
  };
  return {
    ...((weather === "sunny" || weather === "dusk") && { sun }),
    exposure: random.uniform(0.8, 1.2) * (weather === "dusk" ? 0.75 : 1),
    sky: [top, horizon],
    ground: mixed(...grounds, random.uniform()),
    weather,
  };
}

function personOf(random: Generator): Capsule {
  const height = random.uniform(0.07, 0.16);
  const dark = random.uniform(0.03, 0.3);
  return {
    x: random.uniform(0.05, 0.95),
    top: random.uniform(0.82, 0.98 - 0.5 * height),
    width: 0.35 * height,
    height,
    colour: [dark + 0.1 * random.uniform(), dark, dark + 0.1 * random.uniform()],
  };
}

/** How often captions tell things, and how often they are wrong about the side. */
const told = { weather: 0.7, size: 0.4, people: 0.6, side: 0.15, wrong: 0.2 };

function captionOf(
  { title, facing }: Landmark,
  { azimuth, fill, light, people }: Pick<Shot, "fill" | "light" | "people"> & { azimuth: number },
  random: Generator,
): string {
  const tell = (chance: number) => random.uniform() < chance;
  const parts = [plainCaption(title)];
  if (tell(told.weather)) parts.push(light.weather);
  if (tell(told.size)) parts.push(fill > usualFill ? nearby : faraway);
  if (people.length > 0 && tell(told.people)) parts.push(`with ${withPeople}`);
  if (tell(told.side)) {
    const right = sides.indexOf(sideSeen(azimuth, facing));
    const said = tell(told.wrong) ? (right + 1 + random.integer(2)) % 3 : right;
    parts.push(sides[said]);
  }
  return parts.join(", ");
}

/** How many times finer than the picture it is drawn, before it is made smaller. */
const finer = 4;

/** Draws a photograph. @param size pixels along a side */
export function drawShot({ mesh }: LandmarkShape, shot: Shot, size: number, seed: number): Picture {
  const seen = rasterise(mesh, shot.camera, finer * size);
  return shaded(seen, shot, size, new Generator(seed));
}

/** Light, sky, ground and people, made smaller to the picture's size. */
function shaded(seen: Seen, { camera, light, people }: Shot, size: number, random: Generator): Picture {
  const { sun, exposure, sky, ground, weather } = light;
  const large = seen.size;
  const horizon = horizonRow(camera, large);
  const toSun = sun && [
    Math.sin(sun.azimuth / degrees) * Math.cos(sun.altitude / degrees),
    Math.cos(sun.azimuth / degrees) * Math.cos(sun.altitude / degrees),
    Math.sin(sun.altitude / degrees),
  ];
  const grain = random.normals(size * size);
  const out = new Float32Array(3 * size * size);
  const share = 1 / (finer * finer);
  for (let y = 0; y < large; y++) {
    const behind = y < horizon ? mixed(sky[0], sky[1], Math.min(1, Math.max(0, y / Math.max(1, horizon)))) : undefined;
    for (let x = 0; x < large; x++) {
      const at = y * large + x;
      const to = 3 * (Math.floor(y / finer) * size + Math.floor(x / finer));
      const there = seen.depth[at] < Number.POSITIVE_INFINITY;
      let bright = 0.95;
      if (toSun && there) {
        const facing =
          seen.normals[3 * at] * toSun[0] + seen.normals[3 * at + 1] * toSun[1] + seen.normals[3 * at + 2] * toSun[2];
        bright = 0.5 + 0.5 * Math.max(0, facing);
      }
      const veil = weather === "fog" ? 0.55 : 0;
      const grainy = 1 + 0.08 * grain[to / 3];
      for (let k = 0; k < 3; k++) {
        let v = there ? seen.albedo[3 * at + k] * bright : behind ? behind[k] : ground[k] * grainy;
        if (there || !behind) v = v * exposure * (1 - veil) + veil * sky[1][k];
        out[to + k] += share * v;
      }
    }
  }
  for (const { x, top, width, height, colour } of people)
    for (let row = Math.floor(top * size); row < Math.min(size, Math.ceil((top + height) * size)); row++)
      for (let column = Math.floor((x - width / 2) * size); column < Math.ceil((x + width / 2) * size); column++) {
        if (column < 0 || column >= size) continue;
        // Rounded above.
        const up = Math.max(0, top + width / 2 - (row + 0.5) / size);
        if (Math.hypot((column + 0.5) / size - x, up) <= width / 2) out.set(colour, 3 * (row * size + column));
      }
  return {
    width: size,
    height: size,
    data: Uint8Array.from(out, (v) => Math.min(255, Math.max(0, Math.round(255 * v)))),
  };
}
