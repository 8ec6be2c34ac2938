// Builds the phone's page into the Python package; the service worker gets the list of files that it has to hold.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

const BASE = "/static/pocket/";

function serviceWorker(): Plugin {
  return {
    name: "anlan-service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const files = [...Object.keys(bundle).filter((f) => f !== "index.html"), ...readdirSync("public")].sort();
      const digest = createHash("sha256");
      for (const name of Object.keys(bundle).sort()) {
        const part = bundle[name]!;
        digest.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      digest.update(readFileSync("index.html"));
      const source = readFileSync("sw/worker.js", "utf8")
        .replace("__VERSION__", digest.digest("hex").slice(0, 16))
        .replace("__FILES__", JSON.stringify(files.map((f) => BASE + f)));
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

export default defineConfig({
  base: BASE,
  plugins: [vue(), serviceWorker()],
  build: {
    outDir: "../../src/anlan/static/pocket",
    emptyOutDir: true,
    target: "chrome89",
    // Inlined files would be data: addresses, and inline scripts are refused by the server's content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
