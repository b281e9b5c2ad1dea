import { day, minute } from './exact.ts';
import { shortDuration, duration } from './duration.ts';
import { size } from './size.ts';

type Pair = readonly [at: number, value: number];

/** What a chart shows. Instants are Unix seconds, values seconds or bytes. */
export type Picture = {
  readonly zone: string;
  readonly unit: 'seconds' | 'bytes';
  readonly lines: readonly { readonly name: string; readonly points: readonly Pair[]; readonly dashed?: boolean }[];
  readonly limits?: readonly { readonly name: string; readonly value: number }[];
  /** What is likely, from low to high. */
  readonly band?: { readonly name: string; readonly points: readonly (readonly [at: number, low: number, high: number])[] };
  /** An upright line: what is right of it has not happened. */
  readonly nowAt?: number;
};

/** `colour`: of the theme, by its name. */
type Style = { readonly colour: (name: string) => string; readonly fontFamily: string };

type Hovered = { readonly seriesId: string; readonly seriesName: string; readonly value: Pair };
const [BAND_LOW, BAND_WIDTH] = ['band-low', 'band-width'];

/** The picture as ECharts wants it told. */
export function optionsOf({ zone, unit, lines, limits = [], band, nowAt }: Picture, { colour, fontFamily }: Style) {
  const spell = unit === 'seconds' ? duration : size;
  const colours = ['accent', 'bar-attention', 'bar-unknown', 'bar-at-risk', 'bar-exempt'].map(colour);
  const top = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), ...limits.map(({ value }) => value));
  const step = unit === 'seconds' ? niceSeconds(top) : niceBytes(top);
  return {
    animation: false,
    // Named, not inherited: labels are measured with it, and so those that would overlap are left out.
    textStyle: { fontFamily, color: colour('quiet') },
    grid: { left: 8, right: 12, top: 18, bottom: 4, containLabel: true },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: colour('card'),
      borderColor: colour('line'),
      textStyle: { color: colour('text'), fontSize: 13 },
      formatter: (items: readonly Hovered[]) => {
        const low = items.find(({ seriesId }) => seriesId === BAND_LOW)?.value[1];
        const width = items.find(({ seriesId }) => seriesId === BAND_WIDTH)?.value[1];
        return [
          minute((items[0]?.value[0] ?? 0) / 1000, zone),
          ...items
            .filter(({ seriesId }) => seriesId !== BAND_LOW && seriesId !== BAND_WIDTH)
            .map(({ seriesName, value }) => `${seriesName}: ${spell(value[1])}`),
          ...(low === undefined || width === undefined ? [] : [`${band?.name}: ${spell(low)} to ${spell(low + width)}`]),
        ].join('<br>');
      },
    },
    xAxis: {
      type: 'time',
      minInterval: 86_400_000,
      axisLabel: {
        color: colour('quiet'),
        hideOverlap: true,
        showMinLabel: false,
        formatter: (at: number) => day(at / 1000, zone).replace(/^\w+,? /, ''),
      },
      axisLine: { lineStyle: { color: colour('line') } },
      splitNumber: 6,
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      axisLabel: {
        color: colour('quiet'),
        formatter: (value: number) => (unit === 'seconds' ? axisDuration(value) : size(value)),
      },
      splitLine: { lineStyle: { color: colour('soft') } },
      interval: step,
      max: Math.ceil((unit === 'seconds' ? top * 1.02 : top) / step) * step,
    },
    series: [
      ...lines.map(({ name, points, dashed }, index) => ({
        name,
        type: 'line',
        showSymbol: false,
        sampling: 'lttb',
        data: points.map(([at, value]) => [at * 1000, value]),
        // What is dashed goes on from the first line.
        lineStyle: { width: 1.6, color: colours[dashed ? 0 : index], type: dashed ? 'dashed' : 'solid' },
        itemStyle: { color: colours[dashed ? 0 : index] },
        areaStyle: index === 0 && !dashed && (lines.length === 1 || band) ? { color: colours[0], opacity: 0.12 } : undefined,
        ...(index === 0
          ? {
              markLine: {
                symbol: 'none',
                silent: true,
                lineStyle: { color: colour('bar-broken'), type: 'dashed', width: 1.4 },
                data: [
                  // Limits mostly lie close to each other: the last one's line carries the names of all.
                  ...limits.map(({ value }, place) => ({
                    name: limits.map(({ name: limit }) => limit).join(', '),
                    yAxis: value,
                    label: {
                      show: place === limits.length - 1,
                      position: 'insideStartTop',
                      color: colour('text'),
                      backgroundColor: colour('card'),
                      padding: [1, 3],
                      formatter: '{b}',
                    },
                  })),
                  ...(nowAt === undefined
                    ? []
                    : [
                        {
                          name: 'now',
                          xAxis: nowAt * 1000,
                          lineStyle: { color: colour('quiet'), type: 'solid', width: 1 },
                          label: { show: false },
                        },
                      ]),
                ],
              },
            }
          : {}),
      })),
      // Two stacked lines that are not drawn: the area between them is the band.
      ...(band === undefined ? [] : [BAND_LOW, BAND_WIDTH]).map((id) => ({
        id,
        name: band?.name,
        type: 'line',
        stack: 'band',
        stackStrategy: 'all',
        showSymbol: false,
        silent: true,
        lineStyle: { opacity: 0 },
        ...(id === BAND_WIDTH ? { areaStyle: { color: colours[0], opacity: 0.2 } } : {}),
        data: band?.points.map(([at, low, high]) => [at * 1000, id === BAND_LOW ? low : high - low]),
      })),
    ],
  };
}

function axisDuration(seconds: number): string {
  if (seconds === 0) return '0';
  return seconds % 86_400 === 0 ? `${seconds / 86_400} d` : shortDuration(seconds);
}

/** A step of the axis that reads as whole hours or days. */
function niceSeconds(top: number): number {
  const steps = [3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 5 * 86_400, 10 * 86_400, 30 * 86_400];
  return steps.find((step) => top / step <= 4.5) ?? 90 * 86_400;
}

/** A step of the axis that reads as a whole power of two. */
function niceBytes(top: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(top / 4.5)));
}
