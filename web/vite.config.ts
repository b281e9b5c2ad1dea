import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Every byte comes from the daemon: assets keep to `/assets/`, so that it may let browsers keep them for ever, and nothing is inlined, so that
// the content security policy needs no exception for scripts.
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
});
