"""How good windows, boxes and saliency maps are, beside fixations, masks and a centre crop; imports nothing of focalbox."""
