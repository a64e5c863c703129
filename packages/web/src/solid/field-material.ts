/** A volume of colours and opacities, marched through on the graphics card from where a ray enters its box to where it leaves it. */
import type { Volume } from "@geodrift/core";
import { BackSide, Data3DTexture, GLSL3, LinearFilter, RGBAFormat, ShaderMaterial, UnsignedByteType } from "three";

const vertexShader = `
out vec3 origin;
out vec3 direction;
void main() {
  origin = (inverse(modelMatrix) * vec4(cameraPosition, 1.0)).xyz;
  direction = position - origin;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

/** y is up and north is −z, as in glTF; the volume has x east, y north and z up. */
const fragmentShader = `
precision highp float;
precision highp sampler3D;
uniform sampler3D volume;
uniform float halfHeight;
uniform float cell;
in vec3 origin;
in vec3 direction;
out vec4 colour;
const int most = 512;
void main() {
  vec3 ray = normalize(direction);
  vec3 half_ = vec3(1.0, halfHeight, 1.0);
  vec3 one = (-half_ - origin) / ray;
  vec3 other = (half_ - origin) / ray;
  vec3 near = min(one, other);
  vec3 far = max(one, other);
  float enter = max(max(max(near.x, near.y), near.z), 0.0);
  float leave = min(min(far.x, far.y), far.z);
  float step_ = 0.5 * cell;
  vec3 light = vec3(0.0);
  float left = 1.0;
  for (int k = 0; k < most; k++) {
    float along = enter + (float(k) + 0.5) * step_;
    if (along > leave || left < 0.01) break;
    vec3 at = (origin + along * ray) / half_;
    vec4 seen = texture(volume, vec3(0.5 + 0.5 * at.x, 0.5 - 0.5 * at.z, 0.5 + 0.5 * at.y));
    float stopped = 1.0 - pow(1.0 - seen.a, 0.5);
    light += left * stopped * seen.rgb;
    left *= 1.0 - stopped;
  }
  if (left > 0.99) discard;
  colour = vec4(light, 1.0 - left);
}`;

/** A material for the box of a volume. @param halfHeight half of its height, in half its width */
export function fieldMaterial({ dims: [x, y, z], data }: Volume, halfHeight: number): ShaderMaterial {
  const texture = new Data3DTexture(data, x, y, z);
  Object.assign(texture, {
    format: RGBAFormat,
    type: UnsignedByteType,
    minFilter: LinearFilter,
    magFilter: LinearFilter,
  });
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return new ShaderMaterial({
    glslVersion: GLSL3,
    uniforms: { volume: { value: texture }, halfHeight: { value: halfHeight }, cell: { value: 2 / x } },
    vertexShader,
    fragmentShader,
    side: BackSide,
    transparent: true,
    premultipliedAlpha: true,
  });
}
