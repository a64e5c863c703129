/** Which triangles of a mesh may hold a point: a tree of boxes around them, halved along their longest side. */
import { cornersOf, type SphereMesh } from "./icosphere.js";
import type { Vec3 } from "./point.js";

/** Leaves have so many triangles. */
const leaf = 8;

/**
 * An index of a mesh's triangles by place. It is made when it is first asked.
 * @returns gives the numbers of the triangles whose boxes hold a unit vector: all that hold it, and some that do not
 */
export function triangleIndex(mesh: SphereMesh): (x: Vec3) => number[] {
  let tree: Node | undefined;
  return (x) => {
    tree ??= nodeOf(Array.from({ length: mesh.triangles.length / 3 }, (_, t) => boxed(mesh, t)));
    const found: number[] = [];
    const waiting = [tree];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      const { low, high } = node;
      if (!low.every((l, d) => x[d] >= l && x[d] <= high[d])) continue;
      if ("items" in node) {
        for (const { t, low: l, high: h } of node.items)
          if (l.every((v, d) => x[d] >= v && x[d] <= h[d])) found.push(t);
      } else waiting.push(node.left, node.right);
    }
    return found;
  };
}

interface Box {
  low: Vec3;
  high: Vec3;
}

type Item = Box & { t: number };

type Node = Box & ({ items: Item[] } | { left: Node; right: Node });

/** A box around a triangle, as far as it bulges over the plane of its corners. */
function boxed(mesh: SphereMesh, t: number): Item {
  const corners = cornersOf(mesh, t);
  const side = Math.max(...corners.map((c, k) => Math.hypot(...c.map((v, d) => v - corners[(k + 1) % 3][d]))));
  // The circle around the corners has a radius of less than a side; beyond a quarter of the globe all may be inside.
  const bulge = side > 1 ? 2 : 1 - Math.sqrt(1 - side ** 2) + 1e-9;
  const along = (least: (...values: number[]) => number, margin: number): Vec3 => {
    const [a, b, c] = corners;
    return [0, 1, 2].map((d) => least(a[d], b[d], c[d]) + margin) as unknown as Vec3;
  };
  return { t, low: along(Math.min, -bulge), high: along(Math.max, bulge) };
}

function nodeOf(items: Item[]): Node {
  const across = (least: (a: number, b: number) => number, of: (b: Box) => Vec3, start: number): Vec3 =>
    [0, 1, 2].map((d) => items.reduce((m, b) => least(m, of(b)[d]), start)) as unknown as Vec3;
  const low = across(Math.min, (b) => b.low, Number.POSITIVE_INFINITY);
  const high = across(Math.max, (b) => b.high, Number.NEGATIVE_INFINITY);
  if (items.length <= leaf) return { low, high, items };
  const middles = (d: number) => items.map((b) => b.low[d] + b.high[d]).sort((a, b) => a - b);
  const spans = [0, 1, 2].map((d) => {
    const all = middles(d);
    return all[all.length - 1] - all[0];
  });
  const longest = spans.indexOf(Math.max(...spans));
  const sorted = [...items].sort((a, b) => a.low[longest] + a.high[longest] - b.low[longest] - b.high[longest]);
  const half = sorted.length >> 1;
  return { low, high, left: nodeOf(sorted.slice(0, half)), right: nodeOf(sorted.slice(half)) };
}
