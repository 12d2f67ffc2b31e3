import { catalogue } from './index.svelte';
import vi from './vi/exports';

export const t = catalogue('exports', vi);
