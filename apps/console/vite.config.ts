import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `vite` looks for the server's API while the console is being worked on. */
const SERVER = process.env.ANTIPHON_URL ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['antiphon-source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    // The policy of the page forbids `data:` and inline sources, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // elkjs alone is larger than the default of 500 kB; it is loaded with the session page only.
    chunkSizeWarningLimit: 1800,
  },
  server: {
    proxy: {
      '/console': { target: SERVER, ws: true },
      '/v1': { target: SERVER, ws: true },
      '/sessions': { target: SERVER, ws: true },
    },
  },
});
