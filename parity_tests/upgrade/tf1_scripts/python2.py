# A script for Python 2.7 that was never converted.
import tensorflow as tf
import os, urllib2

def run(sess, (a, b)):
    try:
        print "adding", a, b
        print >>log, `a`
    except ValueError, e:
        raise RuntimeError, "no"
    if a <> b and 0777 == 10L:
        exec "x = 1"
    name = ur'caf\xe9'
    print("this is fine")
    print ("so is %s") % a
