/** A solid on a canvas, seen from an azimuth: a mesh, or the field that it is the surface of. */
import { type SizedField, volumeOf } from "@geodrift/core";
import {
  ArrowHelper,
  BoxGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  type Object3D,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { fieldMaterial } from "./field-material.js";

/** Angle that the picture spans from its bottom to its top, and elevation of the camera, degrees; share of it that the box fills. */
const [span, elevation, fill] = [28, 8, 0.85];
const radians = Math.PI / 180;

/** What is shown: y up, north along −z, half the box's width is 1. */
export interface Solid {
  object: Object3D;
  halfHeight: number;
}

/** The field itself. */
export function fieldSolid({ grid }: SizedField): Solid {
  const { halfHeight } = grid;
  const box = new Mesh(new BoxGeometry(2, 2 * halfHeight, 2), fieldMaterial(volumeOf(grid), halfHeight));
  return { object: box, halfHeight };
}

/** Its surface, out of a glTF file in metres. @throws Error for a file that is none */
export async function meshSolid(glb: ArrayBuffer, { grid, unitM }: SizedField): Promise<Solid> {
  const { scene } = await new GLTFLoader().parseAsync(glb, "");
  scene.scale.setScalar(1 / unitM);
  return { object: scene, halfHeight: grid.halfHeight };
}

/** Draws one solid, with an arrow to the north on its ground. */
export class SolidView {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera: PerspectiveCamera;
  private readonly distance: number;
  private azimuth = 0;

  /** @throws Error where the browser has no WebGL 2 */
  constructor(canvas: HTMLCanvasElement, { object, halfHeight }: Solid) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
    this.distance = Math.max(1, halfHeight) / (fill * Math.tan((span / 2) * radians)) + 1;
    this.camera = new PerspectiveCamera(span, 1, 0.1, 10 * this.distance);
    const sun = new DirectionalLight(0xffffff, 1.2);
    sun.position.set(1, 2, 1);
    const accent = getComputedStyle(canvas).getPropertyValue("--accent").trim();
    const north = new ArrowHelper(
      new Vector3(0, 0, -1),
      new Vector3(0, -halfHeight, -1.05),
      0.5,
      new Color(accent),
      0.25,
      0.18,
    );
    this.scene.add(object, new HemisphereLight(0xffffff, 0x888888, 2), sun, north);
  }

  /** Looks from an azimuth, degrees clockwise from north. */
  turn(azimuth: number): void {
    this.azimuth = azimuth;
    const [a, e] = [azimuth * radians, elevation * radians];
    const { distance } = this;
    this.camera.position.set(
      distance * Math.sin(a) * Math.cos(e),
      distance * Math.sin(e),
      -distance * Math.cos(a) * Math.cos(e),
    );
    this.camera.lookAt(0, 0, 0);
    this.renderer.render(this.scene, this.camera);
  }

  /** Takes so many pixels along a side, and draws anew. */
  resize(side: number): void {
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio));
    this.renderer.setSize(side, side, false);
    this.turn(this.azimuth);
  }

  /** Frees what the graphics card holds. */
  dispose(): void {
    this.scene.traverse((object) => {
      if (!(object instanceof Mesh)) return;
      object.geometry.dispose();
      for (const material of [object.material].flat()) {
        material.uniforms?.volume?.value.dispose();
        material.dispose();
      }
    });
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}
