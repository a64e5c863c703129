/** Makes docs/images/demo.png from what the demo left: a view and the map of its answer. */
import sharp from "sharp";

const height = 438;
const map = await sharp("out/demo/strait-of-gibraltar.svg", { density: 96 }).resize({ height }).toBuffer();
const { width = 0 } = await sharp(map).metadata();
const view = await sharp("out/demo/strait-of-gibraltar.png").resize(360, 360).toBuffer();
await sharp({ create: { width: width + 372, height, channels: 3, background: "#fff" } })
  .composite([
    { input: view, left: 0, top: 0 },
    { input: map, left: 372, top: 0 },
  ])
  .png({ palette: true })
  .toFile("docs/images/demo.png");
