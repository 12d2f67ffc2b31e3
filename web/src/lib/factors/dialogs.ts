// Together, as they share most of their parts: one file to fetch, when the first is opened.
export { default as AddPasskey } from './AddPasskey.svelte';
export { default as AddTotp } from './AddTotp.svelte';
export { default as PasskeysImpossible } from './PasskeysImpossible.svelte';
export { default as RecoveryCodes } from './RecoveryCodes.svelte';
export { default as RenamePasskey } from './RenamePasskey.svelte';
