import { catalogue } from './index.svelte';
import vi from './vi/classes';

export const t = catalogue('classes', vi);
