import { catalogue } from './index.svelte';
import vi from './vi/years';

export const t = catalogue('years', vi);
