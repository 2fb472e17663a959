// JPEG and PNG decoding behind status codes.
#ifndef CIMAGES_H
#define CIMAGES_H
#endif
