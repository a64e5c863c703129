/** As its file has it; the types that are published for it are of another version. */
declare module "open-location-code" {
  export class OpenLocationCode {
    isFull(code: string): boolean;
    /** Of ten digits: 14 metres. */
    encode(lat: number, lng: number): string;
    decode(code: string): { latitudeCenter: number; longitudeCenter: number };
  }
}
