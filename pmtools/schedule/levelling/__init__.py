"""Levelling: nobody is asked for more than there is of them, and the end is as early as can be."""
