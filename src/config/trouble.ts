/** What is wrong with a text that has a format, and how it would be right. */
export type Trouble = { readonly problem: string; readonly fix?: string };
