/** Which names are those of pictures, and which folders hold none: one rule for every command. */
import { extname } from "node:path";

/** Endings of the names of picture files that are decoded as they are, in lower case with the dot. */
const common = [
  ...[".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".gif"],
  ...[".avif", ".heic", ".heif", ".hif", ".jxl"],
];

/** Endings of cameras' raw files, of which the preview inside is looked at. */
const raw = [
  ...[
    ".3fr",
    ".arw",
    ".cr2",
    ".cr3",
    ".crw",
    ".dcr",
    ".dng",
    ".erf",
    ".iiq",
    ".k25",
    ".kdc",
    ".mef",
    ".mos",
    ".mrw",
    ".nef",
  ],
  ...[".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"],
];

/** Endings of the names of picture files, in lower case with the dot. */
export const endings = [...common, ...raw];

/** Has the name the ending of a camera's raw file? */
export const isRawFile = (name: string): boolean => raw.includes(extname(name).toLowerCase());

/** Thumbnails that network drives keep beside the pictures. */
const thumbnail = /^SYNO(PHOTO|FILE|VIDEO|INDEX)_/;

/** Has the name the ending of a picture file, and is it none of a program's thumbnails? Upper and lower case are the same. */
export const isPictureFile = (name: string): boolean =>
  endings.includes(extname(name).toLowerCase()) && !name.startsWith(".") && !thumbnail.test(name);

/** Folders of programs and systems: thumbnails, what was thrown away, what unpacking leaves. In lower case. */
const none = new Set([
  ...["@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "$recycle.bin", "recycler"],
  ...["system volume information", "lost+found", "__macosx", "network trash folder", "temporary items"],
]);

/** Is a folder of this name one of pictures, as far as the name tells? Hidden ones, thumbnails' and bins are not. */
export const mayHoldPictures = (name: string): boolean =>
  !name.startsWith(".") && !none.has(name.toLowerCase()) && !/\.lrdata$/i.test(name);

/** Is a name, as it is told to us, perhaps not the one on disk? Bytes that are no UTF-8 are told as U+FFFD. */
export const isUntellable = (name: string): boolean => name.includes("\ufffd");
