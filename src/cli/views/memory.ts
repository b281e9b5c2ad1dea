/** What a command says that needs what a watch remembers, where none does. */
export const NO_MEMORY = `error: nothing has been remembered here: no watch has run with this state folder or database.
  Fix: let one run, or say where it remembers:
    holdfast serve
    export HOLDFAST_STATE=… or HOLDFAST_DATABASE_URL=…`;
