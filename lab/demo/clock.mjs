// Loaded before a command by NODE_OPTIONS, so that it lives in the time of the demo and finds no clock wrong. HOLDFAST_DEMO_CLOCK holds the
// demo's time, the real time it was set at, both in milliseconds, and how many times as fast it goes.
const [virtual, real, rate] = (process.env.HOLDFAST_DEMO_CLOCK ?? '').split(',').map(Number);
if (Number.isFinite(virtual) && Number.isFinite(real) && Number.isFinite(rate)) {
  const now = Date.now.bind(Date);
  Date.now = () => Math.floor(virtual + (now() - real) * rate);
}
