import { PasswordInput } from '@mantine/core';

const SHORTEST = 10;

/** A password that is chosen now. The daemon refuses one that would be guessed soon, and says why. */
export function NewPassword({
  label,
  value,
  change,
}: {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
}) {
  return (
    <PasswordInput
      label={label}
      description={`${SHORTEST} characters at least`}
      autoComplete="new-password"
      required
      withAsterisk={false}
      minLength={SHORTEST}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
    />
  );
}
