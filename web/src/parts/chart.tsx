import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { day, minute } from './exact.ts';
import { shortDuration, duration } from './duration.ts';
import { size } from './size.ts';

register([LineChart, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer]);

type Pair = readonly [at: number, value: number];
type Props = {
  readonly height: number;
  /** The whole picture as a sentence: it is what a screen reader gets. */
  readonly label: string;
  readonly zone: string;
  readonly unit: 'seconds' | 'bytes';
  readonly lines: readonly { readonly name: string; readonly points: readonly Pair[]; readonly dashed?: boolean }[];
  readonly limits?: readonly { readonly name: string; readonly value: number }[];
};

/** Lines over time with limits. Fetched only by pages that draw one: ECharts is larger than the rest of the dashboard. */
export function Chart({ height, label, zone, unit, lines, limits = [] }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = init(element, undefined, { renderer: 'svg' });
    chart.current = made;
    const sizes = new ResizeObserver(() => made.resize());
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--hf-${name}`).trim();
    const spell = unit === 'seconds' ? duration : size;
    const colours = ['accent', 'bar-attention', 'bar-unknown', 'bar-at-risk', 'bar-exempt'].map(colour);
    const top = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), ...limits.map(({ value }) => value));
    const step = niceSeconds(top);
    chart.current?.setOption(
      {
        animation: false,
        textStyle: { fontFamily: 'inherit', color: colour('quiet') },
        grid: { left: 8, right: 12, top: 18, bottom: 4, containLabel: true },
        tooltip: {
          trigger: 'axis',
          backgroundColor: colour('card'),
          borderColor: colour('line'),
          textStyle: { color: colour('text'), fontSize: 13 },
          formatter: (items: readonly { readonly seriesName: string; readonly value: Pair }[]) =>
            [
              minute((items[0]?.value[0] ?? 0) / 1000, zone),
              ...items.map(({ seriesName, value }) => `${seriesName}: ${spell(value[1])}`),
            ].join('<br>'),
        },
        xAxis: {
          type: 'time',
          axisLabel: { color: colour('quiet'), hideOverlap: true, formatter: (at: number) => day(at / 1000, zone).replace(/^\w+,? /, '') },
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
          ...(unit === 'seconds' ? { interval: step, max: Math.ceil((top * 1.02) / step) * step } : { max: top * 1.1 }),
        },
        series: lines.map(({ name, points, dashed }, index) => ({
          name,
          type: 'line',
          showSymbol: false,
          data: points.map(([at, value]) => [at * 1000, value]),
          lineStyle: { width: 1.6, color: colours[index], type: dashed ? 'dashed' : 'solid' },
          itemStyle: { color: colours[index] },
          areaStyle: lines.length === 1 ? { color: colours[index], opacity: 0.12 } : undefined,
          ...(index === 0
            ? {
                markLine: {
                  symbol: 'none',
                  silent: true,
                  lineStyle: { color: colour('bar-broken'), type: 'dashed', width: 1.4 },
                  data: limits.map(({ name: limit, value }, place) => ({
                    name: limit,
                    yAxis: value,
                    // Two limits mostly lie close to each other: the first is named below its line, the second above.
                    label: {
                      position: place === 0 && limits.length > 1 ? 'insideStartBottom' : 'insideStartTop',
                      color: colour('text'),
                      backgroundColor: colour('card'),
                      padding: [1, 3],
                      formatter: '{b}',
                    },
                  })),
                },
              }
            : {}),
        })),
      },
      { notMerge: true },
    );
  }, [lines, limits, zone, unit, scheme]);
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />;
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
