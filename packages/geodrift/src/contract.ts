/** Types of everything that goes over HTTP, inferred from the schemas that the server checks it with. Nothing of it runs. */
import type { z } from "zod";
import type * as library from "./library/contract.js";
import type * as images from "./server/imagine-schemas.js";
import type * as queries from "./server/library-queries.js";
import type * as lifts from "./server/lift-schemas.js";
import type * as models from "./server/model-schemas.js";
import type * as schemas from "./server/schemas.js";

export type { Level, State } from "./library/states.js";
export type { LocateResult } from "./locate/result.js";
export type { Api, LibraryApi } from "./server/app.js";

/** What a refused request is answered with. */
export type FailureBody = z.infer<typeof schemas.failure>;
/** A model that the server offers. */
export type ModelEntry = z.infer<typeof schemas.modelEntry>;
/** What would be fetched for a model. */
export type ModelOffer = z.infer<typeof models.modelOffer>;
/** How far a model that is fetched is. */
export type FetchStep = z.infer<typeof models.fetchStep>;
/** Settings of `locate`, as a query string has them. */
export type LocateQuery = z.input<typeof schemas.locateSettings>;
/** The places at one step from noise. */
export type LocateStep = z.infer<typeof schemas.locateStep>;
/** The end of an answer that was followed. */
export type LocateEnd = z.infer<typeof schemas.locateEnd>;

/** What a library holds and is busy with. */
export type LibraryState = z.infer<typeof queries.libraryState>;
/** What may be taken in besides a picture, as a query string has it. */
export type PictureQuery = z.input<typeof queries.pictureSettings>;
/** Which pictures of a library are listed, as a query string has it. */
export type ListQuery = z.input<typeof queries.listQuery>;
/** A picture in a list. */
export type ListedPicture = z.infer<typeof library.listedPicture>;
/** Which pictures of a library are meant, as a query string has it. */
export type SurveyQuery = z.input<typeof queries.surveyQuery>;
/** Where many pictures stand. */
export type PicturePlaces = z.infer<typeof library.picturePlaces>;
/** Who says where a picture was taken. */
export type PlaceSource = PicturePlaces["by"][number];
/** How many pictures were taken when. */
export type PictureDays = z.infer<typeof library.days>;
/** A camera with its pictures. */
export type Camera = z.infer<typeof library.cameras>[number];
/** Pictures that a library has more than once. */
export type Duplicates = z.infer<typeof library.duplicates>;
/** The track around a picture's moment. */
export type DrawnTrack = z.infer<typeof library.drawnTrack>;
/** A folder of the machine that serves. */
export type DiskFolder = z.infer<typeof library.diskFolder>;
/** A picture with its whole estimate and the last word on it. */
export type PictureDetail = z.infer<typeof library.pictureDetail>;
/** A folder within the folders that were added. */
export type Album = z.infer<typeof library.album>;
/** Places that bear on a picture, of one kind. */
export type KnownPlaces = z.infer<typeof library.knownPlaces>[number];
/** What became of one picture. */
export type Outcome = z.infer<typeof library.outcome>;
/** What a person says of a picture. */
export type Verdict = z.input<typeof library.verdict>;

/** The model that makes pictures. */
export type ImageModel = z.infer<typeof images.imageModel>;
/** A place, with words, and how pictures are made of it. */
export type ImagineSettings = z.input<typeof images.imagineSettings>;
/** Pictures that were made. */
export type Imagined = z.infer<typeof images.imagined>;
/** A picture on its way. */
export type ImagineStep = z.infer<typeof images.imagineStep>;
/** Which picture is held against the training's views. */
export type NearestBody = z.infer<typeof images.nearestBody>;
/** A view of the training, and how unlike the picture it is. */
export type TrainingView = z.infer<typeof images.trainingView>;

/** How the server's landmark is lifted. */
export type LiftSettings = z.input<typeof lifts.liftSettings>;
/** A field on its way. */
export type LiftStep = z.infer<typeof lifts.liftStep>;
/** A field that was made. */
export type Lifted = z.infer<typeof lifts.lifted>;
