import { catalogue } from './index.svelte';
import vi from './vi/units';

export const t = catalogue('units', vi);
