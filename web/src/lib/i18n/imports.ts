import { catalogue } from './index.svelte';
import vi from './vi/imports';

export const t = catalogue('imports', vi);
