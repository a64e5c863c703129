/** Colours that people who see fewer of them tell apart as well (Okabe and Ito 2008), dark letters on each. */
import type { PlaceSource } from "geodrift/contract";

/** By who says where a picture was taken. */
export const placeColours: Record<PlaceSource, string> = {
  file: "#56b4e9",
  person: "#f0e442",
  accepted: "#2fc79a",
  estimate: "#e39ac4",
};
