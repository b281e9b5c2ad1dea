import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { asRefused } from './problem.ts';
import type { Topic } from './topics.ts';

type Act<In, Out> = {
  readonly call: (input: In) => Promise<Out>;
  /** What is asked again afterwards, done or refused. */
  readonly changes: readonly Topic[];
  /** The sentence that tells what came of it; nothing is told where it is absent. */
  readonly told?: (out: Out) => string;
  /** The form in which it was asked shows the refusal itself, beside what was typed. */
  readonly refusedInForm?: true;
};

/** One act of a person: called once, its result told in words, a refusal with its fix. */
export function useAct<In, Out>({ call, changes, told, refusedInForm }: Act<In, Out>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: call,
    onSuccess: (out) => {
      const text = told?.(out);
      if (text !== undefined) notifications.show({ message: text, withBorder: true });
    },
    onError: (error) => {
      if (refusedInForm) return;
      const { title, message, fix } = asRefused(error);
      const text = [message === title ? undefined : message, fix].filter((line) => line !== undefined).join(' ');
      notifications.show({ title, message: text, color: 'red', withBorder: true, autoClose: false });
    },
    onSettled: () => Promise.all(changes.map((topic) => client.invalidateQueries({ queryKey: [topic] }))),
  });
}
