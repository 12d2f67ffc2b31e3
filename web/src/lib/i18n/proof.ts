import { catalogue } from './index.svelte';
import vi from './vi/proof';

export const t = catalogue('proof', vi);
