import { catalogue } from './index.svelte';
import vi from './vi/factors';

export const t = catalogue('factors', vi);
