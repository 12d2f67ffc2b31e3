import { catalogue } from './index.svelte';
import vi from './vi/unit';

export const t = catalogue('unit', vi);
