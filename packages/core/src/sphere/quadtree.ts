/**
 * Cells that follow the data: the sphere as the rectangle of longitude and sine of latitude, on which area is area, cut
 * into four wherever too many places lie (the adaptive quadtree of OSV-5M, Astruc et al. 2024, but on equal areas).
 */
import { GeodriftError } from "../errors/geodrift-error.js";
import type { Generator } from "../random/generator.js";
import { type Vec3, vectorAt } from "./point.js";

/** A cell between two meridians and two parallels, lower ends included; its area is (east − west)(north − south) steradians. */
export interface Cell {
  /** Western end: longitude in radians. */
  west: number;
  /** Eastern end: longitude in radians. */
  east: number;
  /** Southern end: sine of latitude. */
  south: number;
  /** Northern end: sine of latitude. */
  north: number;
}

/** A partition of the sphere into the leaves of a quadtree, numbered depth first. */
export interface Quadtree {
  /** The leaves, by number. */
  cells: readonly Cell[];
  /** Area of every leaf in steradians, [leaves]; together 4π. */
  areas: Float64Array;
  /** Number of the leaf that holds a unit vector. */
  find(x: Vec3): number;
  /**
   * For every leaf, [leaves], the number of its ancestor `depth` cuts below the root, or its own cell's where it is
   * shallower; numbers run from 0 without gaps.
   */
  ancestors(depth: number): Uint32Array;
}

interface Node {
  cell: Cell;
  depth: number;
  children?: readonly Node[];
  leaf: number;
}

const maximalDepth = 20;

const globe: Cell = { west: -Math.PI, east: Math.PI, south: -1, north: 1 };

/**
 * The quadtree whose cells are cut into four while more than `most` places lie in them, 20 times at most.
 * @param places unit vectors [n, 3]
 * @param most places in a leaf
 * @throws RangeError if `most` is below one
 */
export function quadtree(places: ArrayLike<number>, most: number): Quadtree {
  if (!(most >= 1)) throw new RangeError(`quadtree: leaves hold one place or more, got ${most}`);
  const grow = (cell: Cell, depth: number, members: readonly number[]): Node => {
    if (members.length <= most || depth === maximalDepth) return { cell, depth, leaf: -1 };
    const quarters: number[][] = [[], [], [], []];
    for (const i of members) quarters[quarterOf(cell, vectorAt(places, i))].push(i);
    const children = quartersOf(cell).map((quarter, q) => grow(quarter, depth + 1, quarters[q]));
    return { cell, depth, leaf: -1, children };
  };
  return treeOf(
    grow(
      globe,
      0,
      Array.from({ length: places.length / 3 }, (_, i) => i),
    ),
  );
}

/** The depths of the leaves, [leaves], in order: all that a tree is, so that it can be stored. */
export const leafDepths = (tree: Quadtree): Uint8Array =>
  Uint8Array.from(tree.areas, (area) => Math.round(Math.log(area / (4 * Math.PI)) / Math.log(1 / 4)));

/**
 * The inverse of `leafDepths`.
 * @param depths cuts below the root of every leaf, [leaves], 0 … 20
 * @throws GeodriftError `model` if the depths are not those of a tree's leaves
 */
export function quadtreeFromDepths(depths: ArrayLike<number>): Quadtree {
  let next = 0;
  const grow = (cell: Cell, depth: number): Node => {
    if (depth > maximalDepth || next >= depths.length)
      throw new GeodriftError(
        "model",
        `quadtreeFromDepths: these are not the depths of a tree's leaves, at leaf ${next}`,
      );
    if (depths[next] === depth) {
      next++;
      return { cell, depth, leaf: -1 };
    }
    return { cell, depth, leaf: -1, children: quartersOf(cell).map((quarter) => grow(quarter, depth + 1)) };
  };
  const root = grow(globe, 0);
  if (next < depths.length)
    throw new GeodriftError(
      "model",
      `quadtreeFromDepths: these are not the depths of a tree's leaves, at leaf ${next}`,
    );
  return treeOf(root);
}

/** Numbers the leaves, depth first, and answers questions. */
function treeOf(root: Node): Quadtree {
  const leaves: Node[] = [];
  const number = (node: Node): void => {
    if (node.children) for (const child of node.children) number(child);
    else node.leaf = leaves.push(node) - 1;
  };
  number(root);
  return {
    cells: leaves.map((n) => n.cell),
    areas: Float64Array.from(leaves, ({ cell }) => (cell.east - cell.west) * (cell.north - cell.south)),
    find(x) {
      let node = root;
      while (node.children) node = node.children[quarterOf(node.cell, x)];
      return node.leaf;
    },
    ancestors(depth) {
      const out = new Uint32Array(leaves.length);
      let next = 0;
      const walk = (node: Node, group: number | undefined): void => {
        const own = group ?? (node.depth === depth || !node.children ? next++ : undefined);
        if (node.children) for (const child of node.children) walk(child, own);
        else out[node.leaf] = own as number;
      };
      walk(root, undefined);
      return out;
    },
  };
}

/** South-west, south-east, north-west, north-east. */
function quartersOf({ west, east, south, north }: Cell): Cell[] {
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  return [
    { west, east: x, south, north: y },
    { west: x, east, south, north: y },
    { west, east: x, south: y, north },
    { west: x, east, south: y, north },
  ];
}

function quarterOf({ west, east, south, north }: Cell, [x, y, z]: Vec3): number {
  return (Math.atan2(y, x) >= (west + east) / 2 ? 1 : 0) + (z >= (south + north) / 2 ? 2 : 0);
}

/** The unit vector at shares `u` eastwards and `v` northwards of a cell, both 0 … 1, by area. */
export function pointInCell({ west, east, south, north }: Cell, u: number, v: number): Vec3 {
  const [lng, z] = [west + u * (east - west), south + v * (north - south)];
  const r = Math.sqrt(Math.max(0, 1 - z * z));
  return [r * Math.cos(lng), r * Math.sin(lng), z];
}

/** The inverse of `pointInCell`: shares of the cell eastwards and northwards, 0 … 1 for a unit vector inside. */
export const shareOfCell = ({ west, east, south, north }: Cell, [x, y, z]: Vec3): readonly [number, number] => [
  (Math.atan2(y, x) - west) / (east - west),
  (z - south) / (north - south),
];

/** A random unit vector, uniform by area in a cell. */
export const drawInCell = (cell: Cell, random: Generator): Vec3 =>
  pointInCell(cell, random.uniform(), random.uniform());
