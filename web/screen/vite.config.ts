// Builds the scripts of the live pages (board, map, device, fleet, trend) into the Python package. The pages are the server's.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/screen/",
  build: {
    outDir: "../../src/anlan/static/screen",
    emptyOutDir: true,
    target: "chrome89",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      input: { board: "src/board.ts", map: "src/map.ts", device: "src/device.ts", fleet: "src/fleet.ts", trend: "src/trend.ts" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js" },
    },
  },
});
