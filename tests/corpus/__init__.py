"""Files of every format with every feature that uploads show, made by script: nothing foreign is inside."""
