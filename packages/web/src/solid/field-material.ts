/**
 * A field's volume, marched through on the graphics card from where a ray enters its box to where it leaves it: raw numbers are
 * interpolated, then become density and colour, as `core/field` renders them.
 */
import type { Volume } from "@geodrift/core";
import {
  BackSide,
  Data3DTexture,
  DataUtils,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  RGBAFormat,
  ShaderMaterial,
} from "three";

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
    vec3 point = origin + along * ray;
    vec3 at = point / half_;
    vec4 raw = texture(volume, vec3(0.5 + 0.5 * at.x, 0.5 - 0.5 * at.z, 0.5 + 0.5 * at.y));
    // Beyond the middles of the outermost cells the field fades.
    vec3 inside = min(vec3(1.0), 0.5 + (half_ - abs(point)) / cell);
    float density = (max(raw.a, 0.0) + log(1.0 + exp(-abs(raw.a)))) * inside.x * inside.y * inside.z;
    vec3 seen = 1.0 / (1.0 + exp(-raw.rgb));
    float stopped = 1.0 - exp(-density * step_);
    light += left * stopped * seen;
    left *= 1.0 - stopped;
  }
  if (left > 0.99) discard;
  colour = vec4(light, 1.0 - left);
}`;

/** A material for the box of a volume. @param halfHeight half of its height, in half its width */
export function fieldMaterial({ dims: [x, y, z], data }: Volume, halfHeight: number): ShaderMaterial {
  const texture = new Data3DTexture(Uint16Array.from(data, DataUtils.toHalfFloat), x, y, z);
  Object.assign(texture, {
    format: RGBAFormat,
    type: HalfFloatType,
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
