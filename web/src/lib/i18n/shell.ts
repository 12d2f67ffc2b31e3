import { catalogue } from './index.svelte';
import vi from './vi/shell';

export const t = catalogue('shell', vi);
