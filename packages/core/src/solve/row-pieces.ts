/**
 * Points in pieces of a few sizes. Every size wants a graph of its own, which is kept, and keeps as much memory as its points once took:
 * without this each number of points that anybody asks for would, for ever.
 */

/**
 * Points that a graph is made for, where it is of one image: fewer sizes would fill up by a third what a mesh asks for, and the large ones
 * are what takes memory.
 */
const sizes = [32, 64, 96, 128, 160, 192, 224, 256, 384, 512, 1024];

/** Of several images together, about so many points at a time: of more, each costs no less. */
const rowsTogether = 1024;

/** Between the two largest sizes, so many at most take no longer as the smaller one and the rest than filled up to the larger. */
const [halfRows, mostInTwo] = [512, 896];

/** Points `from` … `to` − 1 of every image, in a graph for `size` points of each. */
export interface RowPiece {
  from: number;
  to: number;
  size: number;
}

/**
 * The pieces of a number of points.
 * @param images that are computed together
 * @param samples points of each
 */
export function rowPieces(images: number, samples: number): RowPiece[] {
  return images > 1 ? evenPieces(images, samples) : filledPieces(samples);
}

/** Pieces of one image in graphs of the few sizes. */
function filledPieces(samples: number): RowPiece[] {
  const most = sizes[sizes.length - 1];
  const pieces: RowPiece[] = [];
  for (let from = 0; from < samples; ) {
    const left = samples - from;
    const apart = left > halfRows && left <= mostInTwo;
    const to = from + Math.min(left, apart ? halfRows : most);
    pieces.push({ from, to, size: sizes.find((s) => s >= to - from) ?? most });
    from = to;
  }
  return pieces;
}

/** Pieces of several images, as long as each other but for the last: points that fill a graph up are filled up for each image. */
function evenPieces(images: number, samples: number): RowPiece[] {
  const size = Math.ceil(samples / Math.max(1, Math.round((images * samples) / rowsTogether)));
  return Array.from({ length: Math.ceil(samples / size) }, (_, i) => {
    return { from: i * size, to: Math.min(samples, (i + 1) * size), size };
  });
}

/**
 * One piece of numbers for points, [images, samples, width]; where the piece has fewer than its size, the last point is repeated.
 * @returns [images, size, width]
 */
export function takePiece<T extends Float32Array | Float64Array>(
  make: new (length: number) => T,
  all: ArrayLike<number>,
  { from, to, size }: RowPiece,
  { images, width }: { images: number; width: number },
): T {
  const samples = all.length / (images * width);
  const piece = new make(images * size * width);
  for (let image = 0; image < images; image++)
    for (let i = 0; i < size; i++) {
      const row = (image * samples + Math.min(from + i, to - 1)) * width;
      for (let k = 0; k < width; k++) piece[(image * size + i) * width + k] = all[row + k];
    }
  return piece;
}

/** Puts what a graph gives for a piece, [images, size, width], where it belongs in [images, samples, width]. */
export function putPiece(
  all: Float32Array | Float64Array,
  given: ArrayLike<number>,
  { from, to, size }: RowPiece,
  { images, width }: { images: number; width: number },
): void {
  const samples = all.length / (images * width);
  for (let image = 0; image < images; image++)
    for (let i = from; i < to; i++)
      for (let k = 0; k < width; k++)
        all[(image * samples + i) * width + k] = given[(image * size + i - from) * width + k];
}
