import { catalogue } from './index.svelte';
import vi from './vi/gallery';

export const t = catalogue('gallery', vi);
