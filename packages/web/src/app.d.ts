/** Is it a site of its own, without a server? */
declare const __SITE__: boolean;
/** The program's version. */
declare const __VERSION__: string;
declare module "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url" {
  const url: string;
  export default url;
}
