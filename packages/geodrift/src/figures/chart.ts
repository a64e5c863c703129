/** Line charts as SVG. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** A line of a chart. */
export interface Series {
  name: string;
  /** In the order in which they are joined. */
  points: readonly (readonly [x: number, y: number])[];
}

/** A line chart: titles, axes, and lines. */
export interface Chart {
  /** For file names. */
  name: string;
  title: string;
  x: { label: string; log?: boolean };
  y: { label: string; log?: boolean };
  series: readonly Series[];
  /** Draws y = x. */
  diagonal?: boolean;
}

/** Okabe and Ito's colours, told apart by colour-blind readers; a second round is dashed, a third dotted. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];
const dashes = ["none", "6 3", "2 2"];

/** A line chart as SVG, 720 × 400 pixels, in Okabe and Ito's colours. */
export function chartSvg({ title, x, y, series, diagonal }: Chart): string {
  const { document } = parseHTML("<html></html>");
  const style = (i: number) => ({
    stroke: colours[i % colours.length],
    strokeDasharray: dashes[Math.floor(i / colours.length) % dashes.length],
  });
  const scale = ({ label, log }: Chart["x"]): Plot.ScaleOptions => ({
    label,
    type: log ? "log" : "linear",
    nice: true,
  });
  const plot = Plot.plot({
    document,
    width: 720,
    height: 400,
    marginLeft: 64,
    marginRight: 180,
    marginTop: 36,
    marginBottom: 44,
    grid: true,
    style: {
      background: "white",
      color: "#222",
      fontFamily: "system-ui, Helvetica, Arial, sans-serif",
      fontSize: "11px",
    },
    x: scale(x),
    y: scale(y),
    marks: [
      Plot.axisX({ labelAnchor: "center", labelArrow: "none" }),
      Plot.axisY({ labelAnchor: "center", labelArrow: "none", tickFormat: "~s" }),
      Plot.text([title], { frameAnchor: "top-left", dy: -26, fontSize: 13, fontWeight: 600 }),
      ...(diagonal ? [Plot.link([0], { x1: 0, y1: 0, x2: 1, y2: 1, stroke: "#999" })] : []),
      ...series.flatMap(({ name, points }, i) => [
        Plot.line(points, { ...style(i), strokeWidth: 1.6 }),
        Plot.text([`${["—", "– –", "·····"][Math.floor(i / colours.length) % 3]} ${name}`], {
          frameAnchor: "top-right",
          textAnchor: "start",
          dx: 14,
          dy: 16 * i,
          fill: style(i).stroke,
          fontWeight: 600,
        }),
      ]),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", title);
  return plot.outerHTML;
}
