declare module "draco3dgltf" {
  /** What unpacks meshes. */
  const draco: { createDecoderModule(): Promise<unknown> };
  export default draco;
}
