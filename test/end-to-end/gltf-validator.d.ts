declare module "gltf-validator" {
  /** What is wrong with the bytes of a glTF file. */
  export function validateBytes(bytes: Uint8Array): Promise<{ issues: { numErrors: number; numWarnings: number } }>;
}
