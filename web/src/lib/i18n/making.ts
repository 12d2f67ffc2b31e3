import { catalogue } from './index.svelte';
import vi from './vi/making';

export const t = catalogue('making', vi);
