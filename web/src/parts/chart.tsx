import { LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as register, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { optionsOf, type Picture } from './chart-options.ts';

register([LineChart, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer]);

type Props = Picture & {
  readonly height: number;
  /** The whole picture as a sentence: it is what a screen reader gets. */
  readonly label: string;
};

/** Lines over time with limits. Fetched only by pages that draw one: ECharts is larger than the rest of the dashboard. */
export function Chart(props: Props) {
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
    const { fontFamily } = getComputedStyle(document.body);
    chart.current?.setOption(optionsOf(props, { colour, fontFamily }), { notMerge: true });
  }, [props, scheme]);
  // Until ECharts has drawn anew, a window made smaller holds the wider picture: clipped, it does not widen the page.
  return <div ref={box} role="img" aria-label={props.label} style={{ height: props.height, width: '100%', overflowX: 'clip' }} />;
}
