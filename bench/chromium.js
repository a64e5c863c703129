/** The system's Chromium for measurements, which draws by the processor. */
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];

/** A browser that was never anywhere. */
export const openBrowser = () => chromium.launch({ executablePath, args });
