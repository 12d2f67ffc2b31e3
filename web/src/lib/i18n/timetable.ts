import { catalogue } from './index.svelte';
import vi from './vi/timetable';

export const t = catalogue('timetable', vi);
