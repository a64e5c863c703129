/** The list of pictures that COLMAP keeps, a SQLite file of its own format. */
import Libsql from "libsql";

/** The lens of a picture. */
export interface PictureLens {
  /** Name of the picture's file in the folder of pictures. */
  name: string;
  /** Focal length, pixels. */
  focal: number;
  /** Where the lens looks straight ahead, pixels from the left and from the top. */
  principal: readonly [x: number, y: number];
}

/**
 * Writes what is known of lenses into the list: COLMAP takes a picture's longer side for 35 mm of film, which a square is not.
 * @param database after its features were looked for, so that it has every picture
 */
export function tellLenses(database: string, pictures: readonly PictureLens[]): void {
  const db = new Libsql(database);
  try {
    const told = db.prepare(
      "UPDATE cameras SET params = ?, prior_focal_length = 1 WHERE camera_id = (SELECT camera_id FROM images WHERE name = ?)",
    );
    for (const { name, focal, principal } of pictures)
      told.run(Buffer.from(Float64Array.of(focal, ...principal).buffer), name);
  } finally {
    db.close();
  }
}
