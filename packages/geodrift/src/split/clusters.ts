import { distanceKm, earthRadiusKm, type LatLng } from "@geodrift/core";

/**
 * Single-linkage clusters: places within `km` of each other are in the same cluster. Places are put into cells so small
 * that all in one are near each other, and cells that are near are joined if any of their places are: places may be as
 * dense as they like.
 * @param places degrees
 * @param km greatest distance, km
 * @returns for every place the index of the first place of its cluster
 */
export function clusters(places: readonly LatLng[], km: number): number[] {
  const parent = places.map((_, i) => i);
  const root = (i: number): number => {
    let r = i;
    while (parent[r] !== r) r = parent[r];
    for (let k = i; parent[k] !== r; ) [k, parent[k]] = [parent[k], r];
    return r;
  };
  const join = (i: number, j: number) => {
    const [a, b] = [root(i), root(j)];
    // The first of a cluster gives it its number.
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  const close = (i: number, j: number) => distanceKm(places[i], places[j]) <= km;
  const grid = cellsOf(places, km);
  const all = [...grid.cells.values()];
  for (const { members } of all) for (const i of members) join(members[0], i);
  // First by one place of each cell, which joins what is dense; then by all, of the few cells that are left.
  for (const cell of all)
    for (const other of grid.near(cell))
      if (close(cell.members[0], other.members[0])) join(cell.members[0], other.members[0]);
  for (const cell of all)
    for (const other of grid.near(cell)) {
      if (root(cell.members[0]) === root(other.members[0])) continue;
      if (cell.members.some((i) => other.members.some((j) => close(i, j)))) join(cell.members[0], other.members[0]);
    }
  return parent.map((_, i) => root(i));
}

interface Cell {
  row: number;
  column: number;
  members: number[];
}

/** Cells half of `km` high and at most as wide, so that their diagonals are shorter than it. */
function cellsOf(places: readonly LatLng[], km: number) {
  const rows = Math.max(1, Math.ceil((2 * Math.PI * earthRadiusKm) / km));
  const latOf = (row: number) => (row / rows - 0.5) * Math.PI;
  /** At the wider of a row's two edges. */
  const columnsOf = (row: number) => {
    const widest = Math.max(
      Math.cos(latOf(row)),
      Math.cos(latOf(row + 1)),
      row < rows / 2 && row + 1 > rows / 2 ? 1 : 0,
    );
    return Math.max(1, Math.ceil((4 * Math.PI * earthRadiusKm * widest) / km));
  };
  const cells = new Map<string, Cell>();
  const byRow = new Map<number, Cell[]>();
  places.forEach(({ lat, lng }, i) => {
    const row = Math.min(rows - 1, Math.floor(((lat + 90) / 180) * rows));
    const columns = columnsOf(row);
    const column = Math.min(columns - 1, Math.floor(((lng + 180) / 360) * columns));
    const key = `${row},${column}`;
    const known = cells.get(key);
    if (known) {
      known.members.push(i);
      return;
    }
    const cell = { row, column, members: [i] };
    cells.set(key, cell);
    byRow.set(row, [...(byRow.get(row) ?? []), cell]);
  });
  const reach = km / earthRadiusKm;
  /** Cells in which something may be within reach of something in this one; each pair once or twice. */
  function* near({ row, column }: Cell): IterableIterator<Cell> {
    const west = (column / columnsOf(row)) * 2 * Math.PI;
    const east = ((column + 1) / columnsOf(row)) * 2 * Math.PI;
    for (let r = Math.max(0, row - 3); r <= Math.min(rows - 1, row + 3); r++) {
      const all = byRow.get(r);
      if (!all) continue;
      const farthest = Math.min(Math.PI / 2, Math.max(Math.abs(latOf(row)), Math.abs(latOf(row + 1))) + reach);
      const sine = Math.sin(Math.min(Math.PI / 2, reach)) / Math.max(1e-9, Math.cos(farthest));
      const columns = columnsOf(r);
      // Near a pole everything is.
      const around = sine < 1 ? Math.ceil(((Math.asin(sine) + (east - west)) / (2 * Math.PI)) * columns) + 1 : columns;
      if (2 * around + 1 >= columns || all.length < 2 * around) {
        yield* all;
        continue;
      }
      const middle = Math.floor((((west + east) / 2) * columns) / (2 * Math.PI));
      for (let c = middle - around; c <= middle + around; c++) {
        const found = cells.get(`${r},${(c + columns) % columns}`);
        if (found) yield found;
      }
    }
  }
  return { cells, near };
}
