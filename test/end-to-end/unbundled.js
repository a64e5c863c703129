/** `bin/geodrift.js` in the modules that it is bundled of. */
import { main } from "../../packages/geodrift/dist/cli/main.js";

process.exitCode = await main(process.argv.slice(2));
