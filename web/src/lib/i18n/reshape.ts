import { catalogue } from './index.svelte';
import vi from './vi/reshape';

export const t = catalogue('reshape', vi);
